"""What only the demonstration has: invented people, a page to enter as any of them, and the mail they would have received."""
