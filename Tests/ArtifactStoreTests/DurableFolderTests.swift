import ArtifactStore
import Testing

/// Where a path is.
struct DurableFolderTests {
    @Test(arguments: [
        ("s", "."), ("s/", "."), ("s//", "."), ("state", "."), ("state/", "."), ("", "."), (".", "."), ("s/t", "s"),
        ("a/b/c", "a/b"), ("a//b/", "a"), ("./s", "."), ("../s", ".."), ("/", "/"), ("//", "/"), ("/s", "/"),
        ("/s/", "/"),
        ("/a/b", "/a"), ("//a//b//", "//a"), ("ü/é", "ü"), ("a/\u{301}", "a"),
    ])
    func theFolderAbove(path: String, above: String) { #expect(DurableFolder.parent(of: path) == above) }
}
