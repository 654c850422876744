"""Sources of rules and of duties to report, by name.

What stands as a code in the reference data means nothing to a reader.
"""

from marketplace.kernel.formats import unknown
from marketplace.kernel.language import Text, _

BETWEEN = ";"  # a row may name several
NAMES: dict[str, Text] = {
    "ASBEST-NL": _("Human Environment and Transport Inspectorate, on asbestos (ilent.nl)"),
    "BEWIJS-GELDIG": _("the last day that is on the paper itself"),
    "BODEMPLUS-NORM": _("Bodem+, on the limits for soil with PFAS that is used again (bodemplus.nl)"),
    "BODEMPLUS-PFAS": _("Bodem+, on judging a test for PFAS (bodemplus.nl)"),
    "ILENT-BOUWSTOF": _("Human Environment and Transport Inspectorate, on building materials (ilent.nl)"),
    "MELD-BAL": _("bodembescherming.nl, on what must be reported"),
    "MELD-BREKEN": _("Aan de slag met de Omgevingswet, on mobile crushing (aandeslagmetdeomgevingswet.nl)"),
    "MELD-CRANENDONCK": _("municipality of Cranendonck, on mobile crushing (cranendonck.nl)"),
    "MELD-CUMELA": _("Cumela, on reporting soil and dredged material (cumela.nl)"),
    "MELD-DRENTHE": _("environmental service of Drenthe, on soil and building materials (ruddrenthe.nl)"),
    "MELD-HENGELO": _("municipality of Hengelo, on digging up and moving soil (hengelo.nl)"),
    "MELD-HORST": _("municipality of Horst aan de Maas, on demolition and asbestos (horstaandemaas.nl)"),
    "MELD-PIJNACKER": _("municipality of Pijnacker-Nootdorp, on soil and building materials (pijnacker-nootdorp.nl)"),
    "NIET-VERHANDELBAAR": _("the list of materials of this bank"),
    "ODWH-BODEM": _("environmental service of West-Holland, on soil function maps (odwh.nl)"),
    "REACH-31": _("REACH regulation (EC) 1907/2006, annex XVII, entry 31, as vhn.org explains it"),
    "SIKB-GROND": _("SIKB, on soil and building materials (sikb.nl)"),
    "TAG-EURAL": _("Afvalcirculair, on asphalt granulate with tar (afvalcirculair.nl)"),
}


def source_name(codes: str | None) -> str:
    """The names of the sources of one row. A code without a name stays as it is; None: unknown."""
    if codes is None:
        return unknown()
    return "; ".join(str(NAMES.get(code.strip(), code.strip())) for code in codes.split(BETWEEN))
