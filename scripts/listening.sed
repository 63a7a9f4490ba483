# The address and port in the line in which the service says that it listens.
s/.*listening.*[^0-9.]\([0-9.]*:[0-9][0-9]*\).*/\1/p
