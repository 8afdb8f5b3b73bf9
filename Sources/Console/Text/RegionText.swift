/// Regions by name.
enum RegionText {
    /// The name as it is shown: devices that no file puts in a region are in one without a name.
    static func shown(_ region: String) -> String { region.isEmpty ? "(no region)" : region }
}
