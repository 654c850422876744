"""The dossier of a lot: who adds papers, who reads them, and who hears that one runs out."""
