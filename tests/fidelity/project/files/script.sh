#!/bin/sh
echo "arguments: $# $*"
echo "to stderr" >&2
pwd
