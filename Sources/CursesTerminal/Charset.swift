import CNcurses
import Glibc

/// Which characters the terminal can draw, and the locale that goes with them.
enum Charset {
    case unicode
    case ascii

    /// Sets the locale of this process's characters and says what may be drawn.
    ///
    /// A locale that names another set than UTF-8 and ASCII says that the terminal has that other set, so only ASCII is
    /// safe there. The plain C locale says nothing, and nearly every terminal has UTF-8.
    static func negotiated(onlyASCII: Bool) -> Charset {
        let name = String(cString: muster_environment_charset())
        if onlyASCII || !isKnown(name) {
            muster_use_c_locale()
            return .ascii
        }
        if name == "UTF-8" || muster_use_c_utf8() == 0 { return .unicode }
        muster_use_c_locale()
        return .ascii
    }

    private static func isKnown(_ name: String) -> Bool {
        ["UTF-8", "ANSI_X3.4-1968", "US-ASCII", ""].contains(name)
    }
}
