"""Old and new side by side: does each version of the system work over the schema of the other one?"""
