package jwks

import (
	"net/netip"
	"slices"
)

// behind are the networks that only some machines can reach.
var behind = prefixes("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")

// nowhere are those of IPv4 that no server has, or none that anybody means:
// this host, link-local (where clouds keep their secrets), protocol
// assignments, documentation, benchmarks, relays, groups, the future.
var nowhere = prefixes("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")

// Of IPv6 the global network is one prefix; tunnels lead out of it into IPv4.
var (
	global  = netip.MustParsePrefix("2000::/3")
	tunnels = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

func prefixes(all ...string) (parsed []netip.Prefix) {
	for _, p := range all {
		parsed = append(parsed, netip.MustParsePrefix(p))
	}
	return parsed
}

// allowed says whether a key set may be fetched from an address.
func allowed(a netip.Addr, private bool) bool {
	a = a.Unmap()
	within := func(p netip.Prefix) bool { return p.Contains(a) }
	switch {
	case !a.IsValid() || a.Zone() != "":
		return false
	case slices.ContainsFunc(behind, within):
		return private
	case a.Is4():
		return !slices.ContainsFunc(nowhere, within)
	}
	return global.Contains(a) && !slices.ContainsFunc(tunnels, within)
}
