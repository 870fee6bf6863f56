import { lookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

const internal = new BlockList()
internal.addSubnet('0.0.0.0', 8)
internal.addSubnet('10.0.0.0', 8)
internal.addSubnet('100.64.0.0', 10)
internal.addSubnet('127.0.0.0', 8)
internal.addSubnet('169.254.0.0', 16)
internal.addSubnet('172.16.0.0', 12)
internal.addSubnet('192.168.0.0', 16)
internal.addAddress('::1', 'ipv6')
internal.addSubnet('fc00::', 7, 'ipv6')
internal.addSubnet('fe80::', 10, 'ipv6')

/** A name that leads to an internal address, which the real mirror refuses (EC 0041-00000108). */
export class InternalAddressError extends Error {}

/** Whether an IP address is private, link-local, shared or loopback; false for what is no address. */
export function isInternal(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && internal.check(address, version === 6 ? 'ipv6' : 'ipv4')
}

/** Name resolution for a socket that fails with `InternalAddressError` when any address of the name is internal. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const first = addresses?.[0]
    if (error || !first) return callback(error ?? new Error(`Expected an address for ${hostname}, got none`), '', 4)
    if (addresses.some(({ address }) => isInternal(address))) {
      return callback(new InternalAddressError(`Expected a public address for ${hostname}, got an internal one`), '', 4)
    }
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family)
  })
}
