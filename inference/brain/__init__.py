"""The brain in a transaxial image: where it is, its regions, and what is measured in them. No torch here."""
