import { throttleKey } from './throttle-key';

describe('throttleKey', () => {
  it.each([
    ['an IPv4 address', '203.0.113.7', '203.0.113.7'],
    ['one that came over IPv6', '::ffff:203.0.113.7', '203.0.113.7'],
    ['the same in hex', '::ffff:cb00:7107', '203.0.113.7'],
    ['an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['its neighbour', '2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['the line next door', '2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['one of this link', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['itself', '::1', '0:0:0:0::/64'],
    ['an IPv4 address with the port', '203.0.113.7:4711', '203.0.113.7'],
    ['an IPv6 address with the port', '[2001:db8:1:2::1]:4711', '2001:db8:1:2::/64'],
    ['one in brackets', '[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['no address with a port', 'unknown:80', 'unknown:80'],
    ['no address', 'unknown', 'unknown'],
    ['nothing', '', ''],
  ])('of %s', (_, address, key) => expect(throttleKey(address)).toBe(key));
});
