import sys

print("python", sys.argv[1:], sys.version_info[0])
