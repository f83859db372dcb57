"""Above the rooms: what each person has to do, over all studies, and one reminder of it a day."""
