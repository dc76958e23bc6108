"""What people fill in about themselves, their organisations and roles. Forms check; actions write."""
