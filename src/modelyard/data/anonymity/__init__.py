"""A table that may be given away: nobody in it stands out from a few others, whatever is known of them."""
