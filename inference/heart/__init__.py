"""The left ventricle in a short-axis volume: where it is, its polar map, its 17 segments."""
