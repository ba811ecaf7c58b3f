import ipaddr from 'ipaddr.js';

export interface EndpointSettings {
  /** e.g. `bj`; makes the endpoint unless one is given. */
  region: string;
  /** e.g. `https://cce.bj.baidubce.com`. */
  endpoint?: string;
  /**
   * `/v2` on the API page, `/api/cce/service/v2` in the vendor's SDK.
   *
   * @default '/v2'
   */
  pathPrefix?: string;
}

/**
 * The URL below which all calls of a region lie.
 *
 * @throws `TypeError` where the endpoint is not a plain http(s) origin, or is http to anything but loopback: with plain
 * http the specs' passwords would cross the network in clear.
 */
export function apiBaseURL(settings: EndpointSettings): URL {
  const endpoint = settings.endpoint ?? `https://cce.${settings.region}.baidubce.com`;
  if (!URL.canParse(endpoint)) throw new TypeError(`the CCE endpoint "${endpoint}" is not a URL`);
  const url = new URL(endpoint);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`the CCE endpoint "${endpoint}" is neither https nor http`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/') {
    throw new TypeError(
      'the CCE endpoint is an origin only, e.g. https://cce.bj.baidubce.com; paths go into the prefix',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new TypeError(`the CCE endpoint "${endpoint}" is plain http, which is accepted for loopback addresses only`);
  }
  url.pathname = `/${(settings.pathPrefix ?? '/v2').replace(/^\/+|\/+$/g, '')}`;
  return url;
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}
