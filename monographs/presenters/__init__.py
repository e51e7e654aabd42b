"""From rows and documents to plain data for one page each. No query hides in a template."""
