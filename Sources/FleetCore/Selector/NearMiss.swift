/// Which of the known words a mistyped one was meant to be.
public enum NearMiss {
    /// The longest word that is compared, in characters; longer ones are nobody's typing mistake.
    private static let longestWord = 64
    /// The most mistakes that are forgiven.
    private static let mostMistakes = 2

    /// The candidate nearest to a word, without regard to case: at most two mistakes (a letter missing, added, wrong,
    /// or swapped with its neighbour), and fewer than half the word's letters. Of equally near ones the one that begins
    /// like the word for longest (`ofline` is `offline`, not `online`), then the first; nil if none is near.
    public static func best(of word: String, among candidates: [String]) -> String? {
        let letters = Array(word.lowercased())
        guard letters.count <= longestWord else { return nil }
        var best: (candidate: String, rank: (distance: Int, otherLetters: Int))?
        for candidate in candidates {
            let others = Array(candidate.lowercased().prefix(longestWord + mostMistakes + 1))
            let distance = distance(letters, others)
            guard distance <= mostMistakes, distance * 2 < letters.count else { continue }
            let rank = (distance, letters.count - zip(letters, others).prefix(while: ==).count)
            if best.map({ rank < $0.rank }) ?? true { best = (candidate, rank) }
        }
        return best?.candidate
    }

    /// Damerau-Levenshtein distance, as optimal string alignment: no letter is edited twice.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        guard abs(left.count - right.count) <= mostMistakes else { return .max / 2 }
        var beforeLast: [Int] = [], last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
                var cost = min(substitution, last[column + 1] + 1, current[column] + 1)
                let isSwap = row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
                if isSwap { cost = min(cost, beforeLast[column - 1] + 1) }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
