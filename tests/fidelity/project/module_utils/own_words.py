"""What own modules share."""


def greeting(name, times):
    return " ".join(["Hello", name] * times)
