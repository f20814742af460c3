// (start)
