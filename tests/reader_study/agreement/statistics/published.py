"""Published worked examples: data as printed in the source. The tests state the answers.

Read from a source while writing: Gwet's four raters (README of the R package irrCAC; unit tests of the Python
package irrCAC). The others, data and answers, were entered from memory of the publication before our numbers
were computed, and not held against the print; that data and printed answers fit each other speaks for both.
"""

import numpy as np

NAN = np.nan


def rows_of(table: list[list[float]]) -> np.ndarray:
    """A two-reader contingency table (counts) as rating rows (cases, 2)."""
    counts = np.asarray(table)
    pairs = [
        (row, column)
        for row in range(counts.shape[0])
        for column in range(counts.shape[1])
        for _ in range(int(counts[row, column]))
    ]
    return np.array(pairs, dtype=np.float64)


# Cohen 1968, Psychol Bull 70:213: 200 diagnoses in 3 classes, and the disagreement weights of the example
COHEN_1968 = rows_of([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
COHEN_1968_DISAGREEMENT = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])

# Landis & Koch 1977, Biometrics 33:159: multiple-sclerosis diagnoses of two neurologists, 4 classes
WINNIPEG = rows_of([[38, 5, 0, 1], [33, 11, 3, 0], [10, 14, 5, 6], [3, 7, 3, 10]])
NEW_ORLEANS = rows_of([[5, 3, 0, 0], [3, 11, 4, 0], [2, 13, 3, 4], [1, 2, 4, 14]])

# Fleiss 1971, Psychol Bull 76:378, table 1: 30 patients, 6 ratings each into 5 diagnoses (counts a row)
_FLEISS_COUNTS = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006
10050 11040 03300 10050 02031 00501 30012 51000 02040 10203
00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
FLEISS_1971 = np.array(
    [
        [category for category, count in enumerate(row) for _ in range(int(count))]
        for row in _FLEISS_COUNTS.split()
    ],
    dtype=np.float64,
)

# Gwet 2014, Handbook of Inter-Rater Reliability: 12 units, 4 raters, categories 1-5, missing ratings
# (data set cac.raw4raters of the R package irrCAC; the same data as Krippendorff 2011, example C)
GWET_4_RATERS = np.array(
    [
        [1, 1, NAN, 1],
        [2, 2, 3, 2],
        [3, 3, 3, 3],
        [3, 3, 3, 3],
        [2, 2, 2, 2],
        [1, 2, 3, 4],
        [4, 4, 4, 4],
        [1, 1, 2, 1],
        [2, 2, 2, 2],
        [NAN, 5, 5, 5],
        [NAN, NAN, 1, 1],
        [NAN, NAN, 3, NAN],
    ]
)

# Shrout & Fleiss 1979, Psychol Bull 86:420, table 2: 6 targets, 4 judges
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=np.float64
)

# Bland & Altman 1986, Lancet i:307: peak expiratory flow, first measurements, l/min
WRIGHT = np.array([494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427.0])
MINI_WRIGHT = np.array(
    [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451.0]
)

# Hollander & Wolfe, Nonparametric Statistical Methods, example 3.1: Hamilton depression scale factor IV
HAMILTON_BEFORE = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
HAMILTON_AFTER = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])

# Benjamini & Hochberg 1995, JRSS B 57:289, section 4: thrombolysis trial
BENJAMINI_HOCHBERG = np.array(
    [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    + [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
)
