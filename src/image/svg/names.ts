// What an SVG may consist of. Everything that is not listed here goes: a list of what is dangerous is never complete.

export const SVG_NAMESPACE = 'http://www.w3.org/2000/svg'
export const XLINK_NAMESPACE = 'http://www.w3.org/1999/xlink'
export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'

const words = (text: string): string[] => text.trim().split(/\s+/)

/**
 * Elements of SVG 2 (https://www.w3.org/TR/SVG2/eltindex.html) and its modules that only draw. Not among them: script,
 * foreignObject and what HTML lends (iframe, audio, video, canvas), SVG fonts, and elements of SVG Tiny that listen to events.
 */
export const ELEMENTS: ReadonlySet<string> = new Set(
  words(`
  svg g defs symbol use switch view a title desc style
  path rect circle ellipse line polyline polygon image text tspan textPath
  linearGradient radialGradient stop pattern mask clipPath marker
  animate animateMotion animateTransform mpath set
  filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap
  feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology
  feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence
`),
)

/** Elements whose text is shown or read out; anywhere else text is nothing. */
export const TEXT_ELEMENTS: ReadonlySet<string> = new Set(['text', 'tspan', 'textPath', 'title', 'desc', 'style'])

/** What an animation may change, and with it what an element may have: geometry and presentation, never a reference. */
const DRAWING = words(`
  alignment-baseline azimuth baseFrequency baseline-shift bias clip clip-path clip-rule clipPathUnits color color-interpolation
  color-interpolation-filters color-rendering cursor cx cy d diffuseConstant direction display divisor dominant-baseline dx dy
  edgeMode elevation enable-background exponent fill fill-opacity fill-rule filter filterUnits flood-color flood-opacity
  font font-family font-feature-settings font-kerning font-size font-size-adjust font-stretch font-style font-variant font-weight
  fr fx fy glyph-orientation-horizontal glyph-orientation-vertical gradientTransform gradientUnits height image-rendering
  in in2 intercept isolation k1 k2 k3 k4 kernelMatrix kernelUnitLength kerning lengthAdjust letter-spacing lighting-color
  limitingConeAngle marker marker-end marker-mid marker-start markerHeight markerUnits markerWidth mask mask-type maskContentUnits
  maskUnits method mix-blend-mode mode numOctaves offset opacity operator order orient overflow paint-order pathLength
  patternContentUnits patternTransform patternUnits pointer-events points pointsAtX pointsAtY pointsAtZ preserveAlpha
  preserveAspectRatio primitiveUnits r radius refX refY result rotate rx ry scale seed shape-rendering side slope spacing
  specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles stop-color stop-opacity stroke
  stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width surfaceScale
  tableValues targetX targetY text-anchor text-decoration text-overflow text-rendering textLength transform transform-box
  transform-origin type unicode-bidi values vector-effect viewBox visibility white-space width word-spacing writing-mode x x1 x2
  xChannelSelector y y1 y2 yChannelSelector z
`)

export const ANIMATABLE: ReadonlySet<string> = new Set(DRAWING)

/** Without a prefix. Whatever is read as CSS or refers to something is looked at besides (css.ts, references.ts). */
export const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...DRAWING,
  ...words(`
  id class style lang role tabindex media href version baseProfile zoomAndPan systemLanguage requiredFeatures requiredExtensions
  accumulate additive attributeName attributeType begin by calcMode dur end from keyPoints keySplines keyTimes max min path
  repeatCount repeatDur restart to
`),
])

/** Descriptions for screen readers. */
export const ARIA = /^aria-[a-z]+$/

/** With a prefix, as they are written in what goes out. */
export const PREFIXED: ReadonlySet<string> = new Set(['xlink:href', 'xml:space', 'xml:lang'])
