"""What the panel can do, one module for each noun, and what everybody can say to a section."""
