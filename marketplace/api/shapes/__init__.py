"""What the API gives. A file per resource, whose schemas write the answer and the specification."""
