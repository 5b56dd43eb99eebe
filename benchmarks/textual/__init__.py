"""What the comparison on texts is made of."""
