# $PORT is in the environment, and the folder is the real one.
test ! -L right.py && eval exec "$@"
