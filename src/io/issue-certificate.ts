import { createHash, createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import * as x509 from '@peculiar/asn1-x509'

export interface CertificateRequest {
  readonly commonName: string
  /** DNS names and IP addresses that it is for; none for an authority. */
  readonly names: readonly string[]
  readonly publicKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
  /** 16 random bytes. */
  readonly serialNumber: Uint8Array
}

export interface Issuer {
  readonly commonName: string
  /** An EC key on P-256. */
  readonly privateKey: KeyObject
}

/** An X.509 certificate (RFC 5280), signed with ECDSA and SHA-256. One that is issued by its own key is an authority. In PEM. */
export function issueCertificate(request: CertificateRequest, issuer: Issuer): string {
  const signature = new x509.AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' })
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: positive(request.serialNumber),
    signature,
    issuer: distinguishedName(issuer.commonName),
    validity: new x509.Validity({ notBefore: request.notBefore, notAfter: request.notAfter }),
    subject: distinguishedName(request.commonName),
    subjectPublicKeyInfo: publicKeyInfo(request.publicKey),
    extensions: extensions(request, issuer),
  })
  const bytes = Buffer.from(AsnConvert.serialize(tbsCertificate))
  const signatureValue = arrayBuffer(sign('sha256', bytes, issuer.privateKey))
  const certificate = new x509.Certificate({
    tbsCertificate,
    signatureAlgorithm: signature,
    signatureValue,
  })
  return new X509Certificate(Buffer.from(AsnConvert.serialize(certificate))).toString()
}

function extensions(request: CertificateRequest, issuer: Issuer): x509.Extensions {
  const ownKeyId = keyId(request.publicKey)
  const issuerKeyId = keyId(createPublicKey(issuer.privateKey))
  const isAuthority = ownKeyId.equals(issuerKeyId)
  const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags
  const always = [
    extension(x509.id_ce_basicConstraints, true, constraints(isAuthority)),
    extension(
      x509.id_ce_keyUsage,
      true,
      new x509.KeyUsage(isAuthority ? keyCertSign | cRLSign : digitalSignature),
    ),
    extension(x509.id_ce_subjectKeyIdentifier, false, new x509.SubjectKeyIdentifier(ownKeyId)),
  ]
  if (isAuthority) return new x509.Extensions(always)
  const keyIdentifier = new x509.KeyIdentifier(issuerKeyId)
  return new x509.Extensions([
    ...always,
    extension(x509.id_ce_authorityKeyIdentifier, false, new x509.AuthorityKeyIdentifier({ keyIdentifier })),
    // Both: nodes are servers for clients, and clients for each other.
    extension(
      x509.id_ce_extKeyUsage,
      false,
      new x509.ExtendedKeyUsage([x509.id_kp_serverAuth, x509.id_kp_clientAuth]),
    ),
    extension(
      x509.id_ce_subjectAltName,
      false,
      new x509.SubjectAlternativeName(request.names.map(alternativeName)),
    ),
  ])
}

/** An authority issues for servers only, not for further authorities. */
function constraints(isAuthority: boolean): x509.BasicConstraints {
  return isAuthority
    ? new x509.BasicConstraints({ cA: true, pathLenConstraint: 0 })
    : new x509.BasicConstraints({})
}

function extension(extnID: string, critical: boolean, value: object): x509.Extension {
  return new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })
}

function alternativeName(name: string): x509.GeneralName {
  return new x509.GeneralName(isIP(name) === 0 ? { dNSName: name } : { iPAddress: name })
}

function distinguishedName(commonName: string): x509.Name {
  const value = new x509.AttributeValue({ utf8String: commonName })
  const attribute = new x509.AttributeTypeAndValue({ type: '2.5.4.3', value })
  return new x509.Name([new x509.RelativeDistinguishedName([attribute])])
}

function publicKeyInfo(key: KeyObject): x509.SubjectPublicKeyInfo {
  return AsnConvert.parse(key.export({ type: 'spki', format: 'der' }), x509.SubjectPublicKeyInfo)
}

/** RFC 5280, section 4.2.1.2, method 1; it only tells keys apart. */
function keyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(new Uint8Array(publicKeyInfo(key).subjectPublicKey))
    .digest()
}

function positive(serialNumber: Uint8Array): ArrayBuffer {
  const bytes = Uint8Array.from(serialNumber)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.buffer
}

function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}
