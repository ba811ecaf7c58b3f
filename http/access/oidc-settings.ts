/** Whose JSON Web Tokens count, and where in them the rights are. */
export interface OIDCSettings {
  /** The URL of the issuer, exactly as its tokens name it. */
  issuer: string;
  /** The audience that tokens must be for. */
  audience: string;
  rolesClaim: string;
  /** Without it, the tokens are for all accounts and regions. */
  scopesClaim?: string;
  /** Without it, the tokens are for all names. */
  namesClaim?: string;
}
