"""Reading and writing of the DICOM objects that the study uses: NM and PT images."""
