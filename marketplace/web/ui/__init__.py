"""What the areas of the site share: forms, fields, cards, charts and the frame."""
