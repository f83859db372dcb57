"""One module for each translation; each declares TASK."""
