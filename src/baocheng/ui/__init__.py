"""Components and design tokens that the staff desk and the customer portal share."""
