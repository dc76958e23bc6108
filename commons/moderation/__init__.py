"""What may be shown: holding back, deciding with a reason, appeals to a second person, and the public ledger."""
