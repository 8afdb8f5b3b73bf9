// FleetSimulator
