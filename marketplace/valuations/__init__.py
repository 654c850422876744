"""What materials in assets are worth: prices, appraisals, and runs that value all that an organisation owns."""
