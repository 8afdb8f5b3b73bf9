/// The program that runs on a terminal: one fixed text for a POSIX shell. Everything that differs from one call to the next
/// comes as a positional argument and is never read as a part of the text.
///
/// It needs what every Linux terminal has, busybox included: `cat`, `head`, `mkdir`, `mv`, `rm`, `sha256sum`, `sleep`, `sync`,
/// `tail`, `wc`; `timeout` makes the end of a hung command sure together with what that has started.
///
/// What it installs goes on if the connection is lost: a job of its own, whose result lies in a file. A job names the order
/// it belongs to, so that nothing is installed twice; its folder is its lock.
enum RemoteScript {
    /// What an answer begins and ends with: before it a shell's own files may have said something.
    static let begin = "muster-push 1", end = "muster-push done"

    /// Bytes of what a terminal says it runs, and of what an installation says at last, that are read.
    static let mostVersionBytes = 512, mostLogBytes = 400

    /// A call: what is asked, the driver's folder, and the arguments.
    static func line(_ question: String, folder: String, _ words: [String]) throws(PushFault) -> String {
        try ShellText.line(["/bin/sh", "-c", text, "muster", question, folder] + words)
    }

    static let text = #"""
        set -u
        mask=$(umask)
        umask 077
        say() { printf '%s\n' "$*"; }
        hash() { h=$(sha256sum < "$1") && say "${h%% *}"; }
        size() { say "$(($(wc -c < "$1")))"; }
        flush() { sync "$1" 2>/dev/null || sync; }
        question=$1 folder=$2
        shift 2
        boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null) || boot=unknown

        bounded() {
            limit=$1
            shift
            umask "$mask"
            if timeout -k 5 5 true 2>/dev/null; then
                timeout -k 5 "$limit" "$@"
                return $?
            fi
            "$@" &
            process=$!
            (sleep "$limit"; kill -TERM "$process"; sleep 5; kill -KILL "$process") >/dev/null 2>&1 &
            watch=$!
            wait "$process"
            code=$?
            kill "$watch" 2>/dev/null
            return "$code"
        }

        job() {
            if [ ! -d "$folder/job" ]; then
                say "job none 0 same -"
                return
            fi
            order=$(cat "$folder/job/order" 2>/dev/null) || order=-
            begun=$(cat "$folder/job/boot" 2>/dev/null) || begun=$boot
            if [ "$begun" = "$boot" ]; then life=same; else life=other; fi
            alive=1
            if [ $life = other ]; then
                alive=0
            elif process=$(cat "$folder/job/process" 2>/dev/null); then
                kill -0 "$process" 2>/dev/null || alive=0
            fi
            if [ -f "$folder/job/result" ]; then
                say "job ended $(cat "$folder/job/result") $life $order"
            elif [ $alive = 1 ]; then
                say "job running 0 $life $order"
            else
                say "job lost 0 $life $order"
            fi
        }

        look() {
            limit=$1
            shift
            job
            say version
            bounded "$limit" "$@" </dev/null 2>/dev/null | head -c 512
            say
        }

        whole() {
            place=$1
            shift
            while [ $# -ge 3 ]; do
                [ -f "$place/$1" ] && [ "$(size "$place/$1")" = "$2" ] && [ "$(hash "$place/$1")" = "$3" ] || return 1
                shift 3
            done
        }

        prune() {
            for place in "$folder"/releases/* "$folder"/incoming/*; do
                name=${place##*/}
                [ "$name" = "$1" ] || [ "$name" = "$2" ] || rm -rf "$place"
            done
        }

        prepare() {
            target=$1 running=$2
            shift 2
            mkdir -p "$folder/releases" "$folder/incoming" || { say "fault folder"; return; }
            case $(job) in
                "job running"*) say "fault busy"; return ;;
            esac
            rm -rf "$folder/job"
            prune "$target" "$running"
            place=$folder/releases/$target
            if [ -d "$place" ]; then
                if whole "$place" "$@"; then say kept; return; fi
                rm -rf "$folder/incoming/$target"
                mv "$place" "$folder/incoming/$target"
            fi
            mkdir -p "$folder/incoming/$target" || { say "fault folder"; return; }
            number=0
            while [ $# -ge 3 ]; do
                file=$folder/incoming/$target/$1
                if [ -f "$file" ]; then
                    say "part $number $(size "$file") $(hash "$file")"
                else
                    say "part $number 0 -"
                fi
                number=$((number + 1))
                shift 3
            done
        }

        receive() {
            file=$folder/incoming/$1/$2
            if [ "$3" = 0 ]; then printf '' > "$file" || { say "fault write"; return; }; fi
            [ "$(size "$file")" = "$3" ] || { say "fault moved"; return; }
            LC_ALL=C cat >> "$file" || { say "fault write"; return; }
            say "size $(size "$file")"
        }

        finish() {
            target=$1
            shift
            place=$folder/incoming/$target
            number=0
            while [ $# -ge 3 ]; do
                if ! whole "$place" "$1" "$2" "$3"; then
                    rm -rf "$place/$1"
                    say "damaged $number"
                    return
                fi
                flush "$place/$1"
                number=$((number + 1))
                shift 3
            done
            flush "$place"
            rm -rf "$folder/releases/$target"
            mv "$place" "$folder/releases/$target" || { say "fault folder"; return; }
            flush "$folder/releases"
            say whole
        }

        start() {
            order=$1 limit=$2
            shift 2
            case $(job) in
                "job running"*) say "fault busy"; return ;;
            esac
            rm -rf "$folder/job"
            mkdir "$folder/job" || { say "fault busy"; return; }
            say "$boot" > "$folder/job/boot" && say "$order" > "$folder/job/order" || { say "fault write"; return; }
            (
                trap '' HUP
                {
                    began=$(date +%s)
                    bounded "$limit" "$@" </dev/null 2>&1
                    code=$?
                    [ "$code" = 0 ] || [ $(($(date +%s) - began)) -lt "$limit" ] || code=124
                    sync
                    say "$code" > "$folder/job/code"
                    mv "$folder/job/code" "$folder/job/result"
                } | { head -c 65536 > "$folder/job/log"; cat > /dev/null; }
            ) </dev/null >/dev/null 2>&1 &
            say "$!" > "$folder/job/process"
            say started
        }

        await() {
            left=$1
            while [ "$left" -gt 0 ]; do
                case $(job) in
                    "job running"*) sleep 1 ;;
                    *) break ;;
                esac
                left=$((left - 1))
            done
            job
            say log
            tail -c 400 "$folder/job/log" 2>/dev/null
            say
        }

        health() {
            (bounded "$@") </dev/null >/dev/null 2>&1
            say "health $?"
        }

        say "muster-push 1"
        say "boot $boot"
        case $question in
            look) look "$@" ;;
            prepare) prepare "$@" ;;
            receive) receive "$@" ;;
            finish) finish "$@" ;;
            start) start "$@" ;;
            await) await "$@" ;;
            health) health "$@" ;;
        esac
        say "muster-push done"
        """#
}
