"""The independent blog: anyone pitches, its own editors publish, everyone discusses. Nobody of the panel or the staff can
edit or remove anything here."""
