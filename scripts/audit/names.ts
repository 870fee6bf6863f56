// What a name promises. Content decides what is let out; a name only says what an object under it had better be.

const PICTURE = /\.(jpe?g|jpe|jfif|a?png|webp|avif|gif|svgz?|tiff?|bmp|dib|hei[cf]|jxl|jp2|jpx|ico|psd)$/i
const OTHER_MEDIA = /\.(mp4|m4v|mov|webm|mkv|avi|mpe?g|ogv|3gp|mp3|m4a|aac|ogg|oga|opus|wav|flac|pdf)$/i
const NO_MEDIA =
  /\.(txt|md|log|csv|tsv|json|jsonl|xml|ya?ml|html?|css|m?js|ts|map|wasm|sql|db|zip|gz|tgz|bz2|xz|zst|7z|rar|tar|exe|dmg|apk|ipa|jar|docx?|xlsx?|pptx?|odt|woff2?|ttf|otf|eot|key|pem|bak|tmp)$/i

export function namesPicture(key: string): boolean {
  return PICTURE.test(key)
}

/** Of something that goes out with `PASS_THROUGH=media`. */
export function namesMedia(key: string): boolean {
  return PICTURE.test(key) || OTHER_MEDIA.test(key)
}

/** Whether there ought to be something made from an original of this name. No ending at all is usual for pictures. */
export function mayBeLetOut(key: string, passThrough: 'none' | 'media' | 'all'): boolean {
  if (passThrough === 'all') return true
  if (NO_MEDIA.test(key)) return false
  return passThrough === 'media' || !OTHER_MEDIA.test(key)
}
