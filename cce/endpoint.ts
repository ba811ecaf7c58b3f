import ipaddr from 'ipaddr.js';

export interface EndpointSettings {
  /** The region, e.g. `bj`; determines the default endpoint. */
  region: string;
  /** @default `https://cce.<region>.baidubce.com` */
  endpoint?: string;
  /**
   * `/v2` on the API page, `/api/cce/service/v2` in the vendor's SDK.
   *
   * @default '/v2'
   */
  pathPrefix?: string;
}

const example = 'https://cce.bj.baidubce.com';

/**
 * Returns the base URL of all API calls.
 *
 * @throws `TypeError` if the endpoint is not an http(s) origin, or uses http with a host that is not a loopback address:
 * plain http would send the passwords of specs unencrypted over the network.
 */
export function apiBaseURL(settings: EndpointSettings): URL {
  const endpoint = settings.endpoint ?? `https://cce.${settings.region}.baidubce.com`;
  if (!URL.canParse(endpoint))
    throw new TypeError(`the CCE endpoint must be a URL such as ${example}; "${endpoint}" is not a URL`);
  const url = new URL(endpoint);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`the CCE endpoint must use https; "${endpoint}" is neither https nor http`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/') {
    throw new TypeError(`the CCE endpoint must be an origin only, such as ${example}; set a path as the path prefix`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new TypeError(
      `the CCE endpoint "${endpoint}" uses plain http, which is allowed only for loopback addresses; use https`,
    );
  }
  url.pathname = `/${(settings.pathPrefix ?? '/v2').replace(/^\/+|\/+$/g, '')}`;
  return url;
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}
