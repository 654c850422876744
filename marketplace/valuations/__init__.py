"""What materials in assets are worth. Prices, appraisals, and runs that value all that an organisation owns."""
