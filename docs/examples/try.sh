#!/usr/bin/env bash
# Tries an example behind real TLS on this machine:  docs/examples/try.sh nginx|caddy
# An invented house, a certificate of its own, ports 8080 and 8443; all of it gone at the end.
set -euo pipefail
kind=${1:?nginx or caddy}
here=$(cd "$(dirname "$0")" && pwd)
house=$(cd "$here/../.." && pwd)
python=${PYTHON:-$house/.venv/bin/python}
work=$(mktemp -d)
name=learning.example.org base=https://$name:8443 port=${PORT:-8765}
pids=()
trap 'for one in "${pids[@]}"; do kill "$one" 2>/dev/null || true; done; wait; rm -rf "$work"' EXIT

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null

export EXCHANGE_PRODUCTION=yes EXCHANGE_HOME="$work/home" BASE_URL=$base ALLOWED_HOSTS=$name
export TRUSTED_PROXY=yes DJANGO_SETTINGS_MODULE=exchange.settings
SECRET_KEY=$(openssl rand -hex 32) && export SECRET_KEY
cd "$house"
"$python" -m exchange migrate >/dev/null 2>&1
run=$("$python" - <<'PYTHON'
import django

django.setup()
from django.conf import settings

from exchange.core.packs import load_packs
from exchange.live.actions import open_run
from exchange.site import demo

load_packs(settings.CONTENT_DIRS)
run = demo.waiting_run(demo.make_network())
open_run(run=run, by=demo.person("ben"))
print(run.pk)
PYTHON
)
"$python" -m exchange serve --no-worker --port "$port" >"$work/server.log" 2>&1 &
pids+=($!)

if [ "$kind" = nginx ]; then
    sed -e 's/listen 80/listen 8080/; s/\]:80/]:8080/; s/listen 443/listen 8443/; s/\]:443/]:8443/' \
        -e "s#/etc/ssl/exchange/fullchain.pem#$work/cert.pem#" \
        -e "s#/etc/ssl/exchange/privkey.pem#$work/key.pem#" -e "s#/var/log/nginx#$work#" \
        -e 's#https://$host$request_uri#https://$host:8443$request_uri#' -e "s/:8000/:$port/" "$here/nginx.conf" >"$work/site"
    printf 'daemon off; pid %s/pid; error_log %s/error.log;\nevents {}\nhttp { include %s/site; }\n' \
        "$work" "$work" "$work" >"$work/nginx.conf"
    nginx -v 2>&1
    nginx -c "$work/nginx.conf" 2>"$work/proxy.log" &
else
    sed -e '0,/^{/s//{\n\thttp_port 8080\n\thttps_port 8443\n\tadmin off\n\tskip_install_trust/' \
        -e "s#^\treverse_proxy#\ttls $work/cert.pem $work/key.pem\n\treverse_proxy#; s/:8000/:$port/" "$here/Caddyfile" >"$work/Caddyfile"
    echo "caddy $(caddy version)"
    XDG_DATA_HOME="$work" XDG_CONFIG_HOME="$work" caddy run --adapter caddyfile --config "$work/Caddyfile" \
        >"$work/proxy.log" 2>&1 &
fi
pids+=($!)

ask() { curl -sS --max-time 20 --cacert "$work/cert.pem" --resolve "$name:8443:127.0.0.1" \
    --resolve "$name:8080:127.0.0.1" -b "$work/jar" -c "$work/jar" "$@"; }
failed=0
check() { # what, wanted, found
    if [ "$2" = "$3" ]; then echo "ok    $1: $3"; else echo "WRONG $1: $3, wanted $2"; failed=1; fi
}
for _ in $(seq 100); do ask -f -o /dev/null "$base/healthz" 2>/dev/null && break; sleep 0.3; done

check "http leads to https" "301 $base/" "$(ask -o /dev/null -w '%{http_code} %{redirect_url}' "http://$name:8080/" | sed "s/^308/301/; s#$name/#$name:8443/#")"
check "front page over TLS" "200" "$(ask -o /dev/null -w '%{http_code}' "$base/")"
check "HTTP/2" "2" "$(ask -o /dev/null -w '%{http_version}' "$base/")"
check "browsers are told to stay with https" "strict-transport-security: max-age=31536000" \
    "$(ask -D - -o /dev/null "$base/" | tr -d '\r' | grep -i '^strict-transport')"
ask -o "$work/page" "$base/account/sign-in/"
key=$(sed -n 's/.*name="csrfmiddlewaretoken" value="\([^"]*\)".*/\1/p' "$work/page" | head -1)
check "sign in by the form" "302" "$(ask -o /dev/null -w '%{http_code}' -H "Origin: $base" -H "Referer: $base/account/sign-in/" \
    --data-urlencode "csrfmiddlewaretoken=$key" --data-urlencode login=ben@example.org \
    --data-urlencode "password=$("$python" -c 'from exchange.site.demo_words import PASSWORD as p; print(p)')" "$base/account/sign-in/")"
check "cookies over https alone" "TRUE TRUE" "$(sed 's/^#HttpOnly_//' "$work/jar" | awk '/__Host-/ {print $4}' | xargs)"
check "the desk of a session" "200" "$(ask -o /dev/null -w '%{http_code}' "$base/runs/$run/desk/")"
check "events pass at once, unbuffered" "200 text/event-stream" "$(ask -N --max-time 3 -o "$work/stream" \
    -w '%{http_code} %{content_type}' "$base/runs/$run/desk/stream/" 2>/dev/null || true)"
check "and the first is there" "yes" "$([ -s "$work/stream" ] && echo yes || echo no)"
check "a form of another site is refused" "403" "$(ask -o /dev/null -w '%{http_code}' -H 'Origin: https://evil.example' \
    --data "csrfmiddlewaretoken=$key" "$base/account/sign-out/")"
check "what a visitor says of the way is not believed" "200" \
    "$(ask -o /dev/null -w '%{http_code}' -H 'X-Forwarded-Proto: http' -H 'X-Forwarded-Host: evil.example' "$base/")"
check "another name is not answered" "000" "$(curl -sk -o /dev/null -w '%{http_code}' --resolve other.example:8443:127.0.0.1 https://other.example:8443/ || true)"
check "ready" '{"ready": true}' "$(ask "$base/readyz")"
export EXCHANGE_BACKUP_PASSPHRASE="an invented house"
exchange() { "$python" -m exchange "$@" 2>>"$work/commands.log"; }
rows() { sed -n 's/.*: \([0-9]* tables, [0-9,]* rows\).*/\1/p'; }
kept=$(exchange backup "$work/all.age" | rows)
check "restored in an empty folder" "Restored, $kept" \
    "Restored, $(EXCHANGE_HOME="$work/other" exchange restore "$work/all.age" | rows)"
check "and the same when backed up from there" "$kept" \
    "$(EXCHANGE_HOME="$work/other" exchange backup "$work/again.age" | rows)"
check "the server has nothing to complain of" "0" "$(grep -c ERROR "$work/server.log" || true)"
kill "${pids[0]}"
for _ in 1 2 3; do sleep 0.5; ask -o /dev/null "$base/invitations/the-key/" || true; done
check "no address in the proxy's logs" "0" "$(cat "$work"/{proxy,error,exchange}.log 2>/dev/null | grep -c the-key || true)"
[ $failed = 0 ] || cat "$work"/*.log
exit $failed
