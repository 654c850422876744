"""Which of what is there should go to which need: whole numbers in, an allocation out. It knows no database and no municipality."""
