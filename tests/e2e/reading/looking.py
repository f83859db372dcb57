"""What can be measured of a page: violations of axe, sizes of targets, contrasts, names in the accessibility tree."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[3]
AXE = (ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text()

# Every rule, also those of best practice and the size of targets, which axe leaves out unless it is asked.
_RUN = """async () => {
    const found = await axe.run(document, {
        resultTypes: ['violations', 'incomplete'],
        rules: { 'target-size': { enabled: true } },
    });
    const short = (results) => results.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => ({ id, target: target.join(' '), why: failureSummary })));
    return { violations: short(found.violations), incomplete: short(found.incomplete), passes: found.passes.length };
}"""

# Everything that can be focused, clicked or pressed: by its tag, its role, or because the page listens there.
_TARGETS = """() => {
    const LEAST = 24;
    const NATIVE = 'a[href], button, input:not([type=hidden]), select, textarea, summary, label, [tabindex]';
    const ROLES = ['button', 'link', 'radio', 'checkbox', 'slider', 'tab', 'option', 'switch', 'menuitem'];
    const HEARD = ['onClick', 'onPointerDown', 'onPointerUp', 'onDoubleClick', 'onMouseDown'];
    const listens = (element) => {
        const key = Object.keys(element).find((name) => name.startsWith('__reactProps$'));
        return key !== undefined && HEARD.some((name) => element[key]?.[name]);
    };
    const modal = [...document.querySelectorAll('dialog:modal')].at(-1);
    const name = (element) =>
        [element.tagName.toLowerCase(), element.getAttribute('role'), element.getAttribute('class')]
            .filter(Boolean).join(' ') + ': ' +
        (element.getAttribute('aria-label') ?? element.innerText ?? '').slice(0, 60);
    // Boxes of sectors overlap, and to ask what lies at a point costs most of all.
    let hits = new Map();
    const at = (x, y) => {
        const key = y * 65536 + x;
        if (!hits.has(key)) hits.set(key, document.elementFromPoint(x + 0.5, y + 0.5));
        return hits.get(key);
    };
    // The largest upright square of points that belong to the element, where it is not a box or is partly covered.
    const square = (element, box) => {
        const [x0, y0] = [Math.max(0, Math.floor(box.left)), Math.max(0, Math.floor(box.top))];
        const [width, height] = [Math.min(200, Math.ceil(box.width)), Math.min(200, Math.ceil(box.height))];
        const around = element.closest('section') ?? element.parentElement;
        let above = new Array(width + 1).fill(0);
        let best = 0;
        let covered = false;
        for (let y = 0; y < height; y++) {
            const row = new Array(width + 1).fill(0);
            for (let x = 0; x < width; x++) {
                const hit = at(x0 + x, y0 + y);
                covered ||= !around.contains(hit);
                if (!hit || !element.contains(hit)) continue;
                row[x + 1] = Math.min(row[x], above[x], above[x + 1]) + 1;
                best = Math.max(best, row[x + 1]);
            }
            above = row;
        }
        return [best, covered];
    };
    const found = [];
    for (const element of document.querySelectorAll('*')) {
        const role = element.getAttribute('role');
        if (!element.matches(NATIVE) && !ROLES.includes(role) && !listens(element)) continue;
        if (modal && !modal.contains(element)) continue;
        if (element === modal || element.closest('[inert]')) continue;
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        const wrapped = element.matches('input') && element.closest('label');
        const target = wrapped || element;
        if (element.matches('label') && !element.querySelector('input, select, textarea')) continue;
        let box = target.getBoundingClientRect();
        if (box.width <= 1 || box.height <= 1) continue;
        // What a box that scrolls hides is measured once it is scrolled to.
        if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth) {
            target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
            hits = new Map();
            box = target.getBoundingClientRect();
        }
        const shaped = element instanceof SVGElement || element.matches('input[type=range]');
        const [size, covered] = shaped ? square(element, box) : [Math.min(box.width, box.height), false];
        const style = getComputedStyle(element);
        const inline = style.display === 'inline' && element.matches('a');
        found.push({
            name: name(element),
            kind: shaped ? (element instanceof SVGElement ? 'sector' : 'slider') : inline ? 'inline' : 'box',
            size: Math.round(size * 10) / 10,
            box: [Math.round(box.width * 10) / 10, Math.round(box.height * 10) / 10],
            small: size < LEAST - 0.05,
            covered,
            disabled: element.matches(':disabled, fieldset:disabled *'),
        });
    }
    return found;
}"""

# Contrast of every text that lies on a plain colour, as WCAG 2.2 computes it.
_CONTRASTS = """() => {
    const colours = new Map();
    const parse = (colour) => {
        if (!colours.has(colour)) colours.set(colour, measured(colour));
        return colours.get(colour);
    };
    const measured = (colour) => {
        const canvas = measured.canvas ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => [r, g, b]
        .map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const contrast = (one, other) => {
        const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const style = getComputedStyle(at);
            if (style.backgroundImage !== 'none') return null;
            const colour = parse(style.backgroundColor);
            if (colour[3] === 255) return colour;
            if (colour[3] > 0) return null;
        }
        return parse(getComputedStyle(document.documentElement).getPropertyValue('--bg').trim() || '#fff');
    };
    const modal = [...document.querySelectorAll('dialog:modal')].at(-1);
    const pairs = new Map();
    for (const element of (modal ?? document.body).querySelectorAll('*')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        if (element.closest('[inert], .visually-hidden, :disabled, svg, option, script, style')) continue;
        const style = getComputedStyle(element);
        const [front, back] = [parse(style.color), ground(element)];
        if (!back || front[3] !== 255) continue;
        const key = `${front.slice(0, 3)} on ${back.slice(0, 3)}`;
        const ratio = Math.round(contrast(front, back) * 100) / 100;
        const known = pairs.get(key);
        pairs.set(key, { key, ratio, example: known?.example ?? element.textContent.trim().slice(0, 40) });
    }
    // Lines over pictures of any colour: a light one in a dark one, told apart from each other.
    const lines = [['.reader-emphasis', 'under', 'over'], ['.reader-borders', 'under', 'over']].flatMap(
        ([group, under, over]) => {
            const at = (name) => document.querySelector(`${group} .${name}`);
            if (!at(under) || !at(over)) return [];
            const [a, b] = [under, over].map((name) => parse(getComputedStyle(at(name)).stroke));
            return [{ key: group, ratio: Math.round(contrast(a, b) * 100) / 100, example: 'double stroke' }];
        },
    );
    return { texts: [...pairs.values()], lines };
}"""


def axe(page: Page) -> dict[str, Any]:
    """`violations` and what axe could not decide; the page's own policy on scripts stays as it is."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(_RUN)
    return found


def targets(page: Page) -> list[dict[str, Any]]:
    """All that can be pressed now: name, kind, the smaller edge (for shapes: of the largest square in them)."""
    found: list[dict[str, Any]] = page.evaluate(_TARGETS)
    return found


def contrasts(page: Page) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = page.evaluate(_CONTRASTS)
    return found


def names(page: Page, role: str) -> list[str]:
    """Names of all nodes of a role in the tree that a screen reader gets."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        node["name"]["value"]
        for node in nodes
        if not node.get("ignored") and node.get("role", {}).get("value") == role and "name" in node
    ]
