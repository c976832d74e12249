// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lines of plain text as a PDF (ISO 32000-1), A4 across, in Courier, which every reader has: for people who use no system.
 * ASCII; any other character is printed as {@code ?}, so the caller says where to find what was written. Confined to one
 * thread.
 */
public final class PlainPdf {
    private static final int WIDTH_POINTS = 842;
    private static final int HEIGHT_POINTS = 595;
    private static final int MARGIN_POINTS = 36;
    private static final int LINE_POINTS = 9;
    /** 7.5 points, each character 0.6 of it wide. */
    private static final double SIZE_POINTS = 7.5;

    static final int COLUMNS = (int) ((WIDTH_POINTS - 2 * MARGIN_POINTS) / (SIZE_POINTS * 0.6));
    static final int ROWS = (HEIGHT_POINTS - 2 * MARGIN_POINTS) / LINE_POINTS - 2;

    /** Objects before the pages: catalog, tree of pages, font. */
    private static final int FIRST_PAGE = 4;

    private final String title;
    private final List<String> rows = new ArrayList<>();

    public PlainPdf(String title) {
        this.title = title;
    }

    /** A line, broken where it is longer than the page is wide. */
    public void line(String text) {
        String rest = text;
        while (rest.length() > COLUMNS) {
            rows.add(rest.substring(0, COLUMNS));
            rest = "    " + rest.substring(COLUMNS);
        }
        rows.add(rest);
    }

    public byte[] toBytes() {
        int pages = Math.max(1, (rows.size() + ROWS - 1) / ROWS);
        List<String> objects = new ArrayList<>();
        objects.add("<< /Type /Catalog /Pages 2 0 R >>");
        StringBuilder kids = new StringBuilder();
        for (int page = 0; page < pages; page++) {
            kids.append(FIRST_PAGE + 2 * page).append(" 0 R ");
        }
        objects.add("<< /Type /Pages /Kids [ " + kids + "] /Count " + pages + " >>");
        objects.add("<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>");
        for (int page = 0; page < pages; page++) {
            objects.add("<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 " + WIDTH_POINTS + " " + HEIGHT_POINTS
                    + " ] /Resources << /Font << /F1 3 0 R >> >> /Contents " + (FIRST_PAGE + 2 * page + 1) + " 0 R >>");
            String content = content(page, pages);
            objects.add("<< /Length " + content.length() + " >>\nstream\n" + content + "\nendstream");
        }
        return file(objects);
    }

    private String content(int page, int pages) {
        StringBuilder text = new StringBuilder("BT /F1 " + SIZE_POINTS + " Tf " + LINE_POINTS + " TL " + MARGIN_POINTS
                + " " + (HEIGHT_POINTS - MARGIN_POINTS) + " Td\n");
        show(text, title + "   page " + (page + 1) + " of " + pages);
        show(text, "");
        rows.subList(page * ROWS, Math.min(rows.size(), (page + 1) * ROWS)).forEach(row -> show(text, row));
        return text.append("ET").toString();
    }

    private static void show(StringBuilder to, String row) {
        to.append('(');
        for (int i = 0; i < row.length(); i++) {
            char c = row.charAt(i);
            if (c == '(' || c == ')' || c == '\\') {
                to.append('\\');
            }
            to.append(c < 0x20 || c > 0x7e ? '?' : c);
        }
        to.append(") Tj T*\n");
    }

    private static byte[] file(List<String> objects) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("%PDF-1.4\n".getBytes(ISO_8859_1));
        StringBuilder table = new StringBuilder("0000000000 65535 f \n");
        for (int i = 0; i < objects.size(); i++) {
            table.append(String.format(Locale.ROOT, "%010d 00000 n \n", bytes.size()));
            bytes.writeBytes(((i + 1) + " 0 obj\n" + objects.get(i) + "\nendobj\n").getBytes(ISO_8859_1));
        }
        int start = bytes.size();
        bytes.writeBytes(("xref\n0 " + (objects.size() + 1) + "\n" + table + "trailer\n<< /Size " + (objects.size() + 1)
                        + " /Root 1 0 R >>\nstartxref\n" + start + "\n%%EOF\n")
                .getBytes(ISO_8859_1));
        return bytes.toByteArray();
    }
}
