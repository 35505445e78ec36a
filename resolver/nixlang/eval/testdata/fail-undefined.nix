{x}: y
