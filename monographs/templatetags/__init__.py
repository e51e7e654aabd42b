"""What templates of every page may call."""
