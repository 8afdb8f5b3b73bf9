// FleetJournalTests
