"""The dossier of a lot: who adds papers to it, who reads them, and who is told that one runs out."""
