"""Ways to more training rows, a file each: values changed a little, or whole rows made."""
