#!/bin/sh
# Writes the logs of a small web server under attack, a few lines a second: OpenSSH to auth.log, Apache's combined format to access.log. Runs in BusyBox, too.
#   traffic.sh FOLDER
# TRAFFIC_ROUNDS: rounds to make, 0 for ever (default). TRAFFIC_PAUSE: seconds between rounds (default 1). TRAFFIC_SEED: a number (default 1).
# TRAFFIC_LIMIT: bytes at which a log is rotated (default 10 MiB). Addresses are those set aside for documentation; nobody is accused.
set -eu

folder=${1:?usage: traffic.sh FOLDER}
rounds=${TRAFFIC_ROUNDS:-0}
pause=${TRAFFIC_PAUSE:-1}
seed=${TRAFFIC_SEED:-1}
limit=${TRAFFIC_LIMIT:-10485760}

# Renamed, never cut: a shipper that is behind reads the old file to its end.
rotate() {
  [ -f "$1" ] || return 0
  [ "$(wc -c <"$1")" -lt "$limit" ] || mv "$1" "$1.1"
}

# One round: some people at work, and by the number of the round an attack. NUMBER, SYSLOG TIME, ACCESS TIME, PART
lines() {
  awk -v n="$1" -v syslog="$2" -v clf="$3" -v part="$4" -v seed="$seed" '
    function any(count) { return int(rand() * count) }
    function web(address, user, request, status, bytes, agent) {
      printf "%s - %s [%s] \"%s\" %d %d \"-\" \"%s\"\n", address, user, clf, request, status, bytes, agent
    }
    function sshd(pid, text) { printf "%s web sshd[%d]: %s\n", syslog, pid, text }
    function failed(pid, user, address) { sshd(pid, "Failed password for " user " from " address " port " (40000 + any(20000)) " ssh2") }
    BEGIN {
      srand(seed * 1000003 + n)
      split("alice bob carol dave", people, " ")
      split("/ /index.html /products /products/17 /cart /login /static/app.js /api/v1/orders", pages, " ")
      browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
      phase = n % 120
      pid = 1000 + n * 20
      if (part == "access") {
        for (i = 1 + any(4); i > 0; i--) web("192.0.2." (1 + any(200)), "-", "GET " pages[1 + any(8)] " HTTP/1.1", rand() < 0.97 ? 200 : 404, 200 + any(9000), browser)
        # A scanner looks for what can be injected into.
        if (phase == 70) web("198.51.100.77", "-", "GET /products?id=1%27%20UNION%20SELECT%20username,password%20FROM%20users-- HTTP/1.1", 500, 312, "sqlmap/1.8")
        if (phase == 75) web("198.51.100.77", "-", "GET /search?q=%3Cscript%3Ealert(1)%3C/script%3E HTTP/1.1", 200, 512, browser)
        if (phase == 80) web("198.51.100.78", "-", "GET /../../../../etc/passwd HTTP/1.1", 400, 226, "curl/8.5.0")
      } else {
        if (any(5) == 0) sshd(pid, "Accepted publickey for " people[1 + any(4)] " from 192.0.2." (1 + any(40)) " port " (40000 + any(20000)) " ssh2: ED25519 SHA256:c2VjcmV0")
        if (any(20) == 0) failed(pid + 1, people[1 + any(4)], "192.0.2." (1 + any(40)))
        # Brute force, and in every other wave it works.
        if (phase >= 20 && phase < 45) failed(pid + 2, rand() < 0.5 ? "root" : "invalid user admin", "203.0.113.9")
        if (phase == 45 && n % 240 < 120) sshd(pid + 3, "Accepted password for root from 203.0.113.9 port 51515 ssh2")
        # A slow one, from somewhere else.
        if (phase % 12 == 0) failed(pid + 4, "deploy", "198.51.100.23")
      }
    }'
}

mkdir -p "$folder"
round=0
while :; do
  round=$((round + 1))
  for log in auth access; do
    rotate "$folder/$log.log"
    lines "$round" "$(date '+%b %e %H:%M:%S')" "$(date '+%d/%b/%Y:%H:%M:%S %z')" "$log" >>"$folder/$log.log"
  done
  [ "$round" != "$rounds" ] || exit 0
  [ "$pause" = 0 ] || sleep "$pause"
done
