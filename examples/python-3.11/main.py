import sys

print("running on Python", sys.version.split()[0])
