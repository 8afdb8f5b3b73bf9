import FleetCore

extension YamlValue {
    /// A selector; what is wrong in it is named by its own line and column.
    func selector(knownTags: [String]?) -> Selector? {
        guard let text = text() else { return nil }
        do throws(SelectorError) {
            return try Selector(parsing: text, knownTags: knownTags)
        } catch {
            document.scope.error(place(ofByte: error.offset), error.message, error.remedy)
            return nil
        }
    }
}
