(derivation { name = "$x"; builder = abort "later"; system = "s"; }).drvPath
