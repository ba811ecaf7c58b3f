/** The form of a cluster name. Source: vendor's field list. */
export const clusterNamePattern = /^[A-Za-z0-9._-]{1,65}$/;
